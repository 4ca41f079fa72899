import { call } from "./api.js";
import { byId, element } from "./dom.js";

// start explains what is pasted. A finding leads to the cell of the matrix that is like
// the request, and to the field that has to change: choose chooses a cell, open also
// moves there, and show moves to a field.
export function start(state, { choose, open, show }) {
  const drawFinding = ({ what, why, fix, field: name, site: siteID, operation: operationID }) => {
    const field = state.fields.find((f) => f.name === name);
    const site = state.sites.find(({ id }) => id === siteID);
    const operation = state.operations.find(({ id }) => id === operationID);
    const goTo = (text, go) => element("button", { type: "button", onclick: () => {
      byId("paste").close();
      go();
    } }, text);
    return element("div", { className: "finding" },
      element("p", {}, element("strong", {}, what)), element("p", {}, why), element("p", {}, fix),
      element("p", { className: "row" },
        field ? goTo(`Go to ${field.go}`, () => {
          if (operation) choose(site, operation);
          show(field.name);
        }) : null,
        operation ? goTo(`See it: ${site.title}, ${operation.method} ${operation.path}`, () => open(site, operation)) : null));
  };
  byId("paste-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const result = byId("paste-result");
    try {
      const { source, findings } = await call("/api/diagnose", { text: byId("paste-text").value });
      result.replaceChildren(source ? element("p", {}, `This is from ${source}.`) : "", ...findings.map(drawFinding));
    } catch (error) {
      result.replaceChildren(element("p", { className: "bad" }, error.message));
    }
  });
}
