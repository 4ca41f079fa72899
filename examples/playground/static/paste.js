import { call } from "./api.js";
import { byId, element } from "./dom.js";

// start explains what is pasted. A field that a finding names is shown by show.
export function start(state, show) {
  byId("paste-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const result = byId("paste-result");
    try {
      const { source, findings } = await call("/api/diagnose", { text: byId("paste-text").value });
      result.replaceChildren(
        source ? element("p", {}, `This is from ${source}.`) : "",
        ...findings.map((f) => {
          const field = state.fields.find(({ name }) => name === f.field);
          return element("div", { className: "finding" },
            element("p", {}, element("strong", {}, f.what)), element("p", {}, f.why), element("p", {}, f.fix),
            field ? element("p", {}, element("button", { type: "button", onclick: () => {
              byId("paste").close();
              show(field.name);
            } }, `Go to ${field.go}`)) : null);
        }));
    } catch (error) {
      result.replaceChildren(element("p", { className: "bad" }, error.message));
    }
  });
}
