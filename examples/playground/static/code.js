import { call } from "./api.js";
import { byId, copier, element } from "./dom.js";
import { tabs } from "./tabs.js";

let chosen; // the ID of a program

// show shows a policy as programs, and at first that of a framework.
export async function show(policy, framework) {
  const { programs } = await call("/api/code", { policy });
  chosen ??= framework;
  const buttons = programs.map(({ id, title }) => element("button", {
    type: "button", id: `tab-${id}`, role: "tab", "aria-controls": `panel-${id}`, "aria-selected": String(id === chosen),
  }, title));
  const copy = copier("Copy", () => programs.find(({ id }) => id === chosen).text);
  const panels = programs.map(({ id, note, install, text }) => element("div", { id: `panel-${id}`, role: "tabpanel", "aria-labelledby": `tab-${id}` },
    install ? element("pre", { tabIndex: 0, role: "region", "aria-label": "The command that adds the modules" }, install) : null,
    note ? element("p", {}, note) : null,
    text ? element("pre", { tabIndex: 0, role: "region", "aria-label": "The code" }, text) : null));
  byId("programs").replaceChildren(
    element("div", { className: "bar" }, element("div", { role: "tablist", "aria-label": "Ways to write the policy" }, buttons), copy), ...panels);
  tabs(buttons, (button) => {
    const program = programs[buttons.indexOf(button)];
    chosen = program.id;
    copy.disabled = !program.text;
  });
}
