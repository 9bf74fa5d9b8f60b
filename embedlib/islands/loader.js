// Makes the islands of a page live. A classic script: pages opened from a folder may load no modules.
(function () {
  "use strict";
  const site = (window.embedlib = window.embedlib || {});
  if (site.loading) return;
  const here = new URL(document.currentScript.src);
  const loading = (site.loading = new Map());

  /** Load a script of this folder once; a failed one may be tried again. */
  function load(address) {
    if (!loading.has(address)) {
      loading.set(address, new Promise((resolve, reject) => {
        const script = document.createElement("script");
        script.src = new URL(address, here).href;
        script.onload = () => resolve();
        script.onerror = () => {
          loading.delete(address);
          script.remove();
          reject(new Error(`${address.split("?")[0]} could not be loaded`));
        };
        document.head.append(script);
      }));
    }
    return loading.get(address);
  }

  function decode(text) {
    const binary = atob(text);
    const bytes = new Uint8Array(binary.length);
    for (let i = 0; i < bytes.length; i++) bytes[i] = binary.charCodeAt(i);
    return bytes;
  }

  const text = (run) => new TextEncoder().encode(`(${run})();`);

  /** What anywidget's model does, as far as islands use it; data comes from scripts instead of a kernel. */
  function createModel(name, state) {
    const listeners = new Map();
    const changed = new Set();
    const emit = (event, ...details) => {
      for (const listener of [...(listeners.get(event) || [])]) listener(...details);
    };
    async function answer(part, again) {
      let address = (site.parts[name] || {})[part];
      try {
        if (!address) throw new Error(`the island ${name} has no data called ${part}`);
        if (part === "worker" && location.protocol !== "file:") {
          emit("msg:custom", { part, url: new URL(address, here).href }, []);
          return;
        }
        const key = address.replace(/\.js\?.*/, "");
        if (again) {
          address += `&again=${Date.now()}`;
          delete (site.data || {})[key];
        }
        await load(address);
        if (!(part === "worker" ? site.workers : site.data || {})[key]) throw new Error(`${key}.js is damaged`);
        const bytes = part === "worker" ? text(site.workers[key]) : decode(site.data[key]);
        emit("msg:custom", { part }, [new DataView(bytes.buffer)]);
      } catch (reason) {
        emit("msg:custom", { part, error: reason.message }, []);
      }
    }
    const model = {
      get: (key) => state[key],
      set(key, value) {
        const values = typeof key === "string" ? { [key]: value } : key;
        for (const [each, next] of Object.entries(values)) {
          if (state[each] === next) continue;
          state[each] = next;
          changed.add(each);
          emit(`change:${each}`, model, next);
        }
      },
      save_changes() {
        if (changed.size) emit("change", model);
        changed.clear();
      },
      on(event, listener) {
        listeners.set(event, [...(listeners.get(event) || []), listener]);
      },
      off(event, listener) {
        listeners.set(event, (listeners.get(event) || []).filter((each) => listener && each !== listener));
      },
      send(message) {
        if (message && message.part) answer(message.part, message.again);
      },
    };
    return model;
  }

  async function mount(el) {
    if (el.dataset.islandState) return;
    el.dataset.islandState = "loading";
    const name = el.dataset.island;
    const without = [...el.childNodes];
    try {
      await load(`${name}.js${here.search}`);
      const exported = site.islands[name];
      const island = typeof exported === "function" ? await exported() : exported;
      const model = createModel(name, JSON.parse(el.dataset.options || "{}"));
      if (island.initialize) await island.initialize({ model });
      await island.render({ model, el });
      el.dataset.islandState = "live";
    } catch (reason) {
      // What stands in the page without scripts stays; nothing on it pretends to work.
      el.replaceChildren(...without);
      el.dataset.islandState = "failed";
      console.error(`island ${name}:`, reason);
    }
  }

  const start = () => document.querySelectorAll("[data-island]").forEach(mount);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
