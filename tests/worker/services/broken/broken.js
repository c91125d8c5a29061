const answers = {
  "/throw": () => {
    throw new RangeError("too far");
  },
  "/reject": () => Promise.reject(new TypeError("not that type")),
  "/nothing": async () => undefined,
  "/string": async () => "text",
};

export default {
  fetch(request) {
    return answers[new URL(request.url).pathname]();
  },
};
