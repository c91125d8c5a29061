// Two listeners: the one that answers is the second, and a third would never be asked.
addEventListener("fetch", () => {});
addEventListener("fetch", (event) => event.respondWith(new Response("the second")));
