import { call } from "./api.js";
import { byId, copier, element } from "./dom.js";

// The tabs follow the ARIA pattern of that name: arrows choose one, Tab leaves
// for its panel.

let chosen = "gin";

// show shows a policy as programs.
export async function show(policy) {
  const { programs } = await call("/api/home", { policy });
  if (!programs.some((p) => p.id === chosen)) chosen = programs[0].id;
  const tabs = programs.map((p) => element("button", {
    type: "button", id: `tab-${p.id}`, role: "tab", "aria-controls": `panel-${p.id}`,
    onclick: () => choose(p.id), onkeydown: (event) => move(event, programs, p),
  }, p.title));
  const panels = programs.map((p) => element("div", { id: `panel-${p.id}`, role: "tabpanel", "aria-labelledby": `tab-${p.id}` },
    p.note ? element("p", {}, p.note) : null,
    p.text ? [copier("Copy", () => p.text), element("pre", { tabIndex: 0 }, p.text)] : null));
  const choose = (id) => {
    chosen = id;
    programs.forEach((p, i) => {
      tabs[i].setAttribute("aria-selected", String(p.id === id));
      tabs[i].tabIndex = p.id === id ? 0 : -1;
      panels[i].hidden = p.id !== id;
    });
  };
  const move = (event, list, program) => {
    const i = list.indexOf(program);
    const to = { ArrowRight: (i + 1) % list.length, ArrowLeft: (i + list.length - 1) % list.length, Home: 0, End: list.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    choose(list[to].id);
    tabs[to].focus();
  };
  const focused = tabs.findIndex((tab) => tab.id === document.activeElement?.id);
  byId("programs").replaceChildren(element("div", { role: "tablist", "aria-label": "Ways to write the policy" }, tabs), ...panels);
  choose(chosen);
  if (focused >= 0) tabs[focused].focus();
}
