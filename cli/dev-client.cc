#include "cli/dev-client.h"

namespace lathe::cli {

const std::string_view kDevClient = R"js((() => {
  const { version, serial } = document.currentScript.dataset;
  let overlay, source;

  function show(error) {
    hide();
    overlay = document.createElement("lathe-error");
    const shadow = overlay.attachShadow({ mode: "closed" });
    const sheet = document.createElement("style");
    sheet.textContent = `
      :host { all: initial; position: fixed; inset: 0; z-index: 2147483647; overflow: auto;
              background: rgb(20 20 20 / .6); font: 16px/1.5 system-ui, sans-serif; }
      article { margin: 3rem auto; max-width: 60rem; padding: 1.5rem; border-radius: .5rem; color: #ddd;
                background: #181818; border-top: .4rem solid #e44; box-shadow: 0 1rem 3rem rgb(0 0 0 / .5); }
      h1 { margin: 0 2rem 1rem 0; font-size: 1.2rem; color: #f77; overflow-wrap: anywhere; }
      pre { margin: 0; padding: 1rem; background: #262626; border-radius: .4rem; overflow-x: auto;
            font: 14px/1.5 ui-monospace, monospace; }
      p { margin: 1rem 0 0; color: #999; }
      button { float: right; border: 0; background: none; color: #999; font-size: 1.5rem; line-height: 1;
               cursor: pointer; }`;
    const article = document.createElement("article");
    const close = document.createElement("button");
    close.textContent = "×";
    close.title = "Close (Esc)";
    close.addEventListener("click", hide);
    const title = document.createElement("h1");
    title.textContent = "The worker does not load";
    const text = document.createElement("pre");
    text.textContent = error;
    const note = document.createElement("p");
    note.textContent = "Below is what the last version that did load has answered. This goes away when it is mended.";
    article.append(close, title, text, note);
    shadow.append(sheet, article);
    document.documentElement.append(overlay);
  }

  function hide() {
    overlay?.remove();
    overlay = undefined;
  }

  function hear({ data }) {
    const now = JSON.parse(data);
    const stale = serial === undefined ? now.version !== version : now.serial !== serial;
    if (stale) {
      source.close();
      location.reload();
    } else if (serial === undefined) {
      now.error === undefined ? hide() : show(now.error);
    }
  }

  // A page that nobody sees holds no connection: browsers have only six for each host.
  function listen() {
    source?.close();
    if (document.visibilityState === "hidden") return;
    source = new EventSource("/__lathe/events");
    source.addEventListener("message", hear);
  }

  document.addEventListener("visibilitychange", listen);
  document.addEventListener("keydown", ({ key }) => key === "Escape" && hide());
  listen();
})();
)js";

}  // namespace lathe::cli
