import { call } from "./api.js";
import { byId, copier, element } from "./dom.js";
import { tabs } from "./tabs.js";

let chosen = "tab-gin";

// show shows a policy as programs.
export async function show(policy) {
  const { programs } = await call("/api/code", { policy });
  const buttons = programs.map((p) => element("button", {
    type: "button", id: `tab-${p.id}`, role: "tab", "aria-controls": `panel-${p.id}`, "aria-selected": String(`tab-${p.id}` === chosen),
  }, p.title));
  const panels = programs.map((p) => element("div", { id: `panel-${p.id}`, role: "tabpanel", "aria-labelledby": `tab-${p.id}` },
    p.note ? element("p", {}, p.note) : null,
    p.text ? [copier("Copy", () => p.text), element("pre", { tabIndex: 0 }, p.text)] : null));
  byId("programs").replaceChildren(element("div", { role: "tablist", "aria-label": "Ways to write the policy" }, buttons), ...panels);
  tabs(buttons, (button) => (chosen = button.id));
}
