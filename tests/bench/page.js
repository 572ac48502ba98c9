// Runs in the page that is measured: does what a person does, and says how many milliseconds pass until it is seen.

(() => {
  const painted = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));

  /** Until `seen` holds in the page, and is painted. */
  const until = (seen) =>
    new Promise((resolve) => {
      const look = () => {
        if (!seen()) return;
        watch.disconnect();
        painted().then(resolve);
      };
      const watch = new MutationObserver(look);
      watch.observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
      look();
    });

  const timed = async (act, seen) => {
    const began = performance.now();
    act();
    await until(seen);
    return performance.now() - began;
  };

  // each when a scanner presses it, however busy this machine is
  const press = (key, n) => {
    const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true });
    Object.defineProperty(event, "timeStamp", { value: performance.now() + 5 * n });
    document.body.dispatchEvent(event);
  };
  const line = (sku) => [...document.querySelectorAll(".cart .line")].find((found) => found.textContent.includes(sku));

  let answered = "";
  const json = Response.prototype.json;
  Response.prototype.json = async function read() {
    const value = await json.call(this);
    if (this.url.includes("/api/catalog/products")) answered = new URL(this.url).searchParams.get("q") ?? "";
    return value;
  };

  const type = (words) => {
    const field = document.querySelector("input[type=search]");
    field.value = words;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  };

  window.bench = {
    scan: (code, sku, quantity) =>
      timed(() => [...code, "Enter"].forEach(press), () => line(sku)?.querySelector("input").value === String(quantity)),

    async search(words) {
      const began = performance.now();
      answered = null;
      type(words);
      while (answered !== words.trim()) await new Promise((resolve) => setTimeout(resolve, 1));
      await painted();
      return performance.now() - began;
    },

    complete: () => timed(() => document.querySelector("form.pay .complete").click(), () => document.querySelector(".outcome.done")),

    api: async (path) => {
      const began = performance.now();
      const headers = { Authorization: `Bearer ${sessionStorage.getItem("till.token")}` };
      await (await fetch(path, { headers })).text();
      return performance.now() - began;
    },

    /** Notes when the banner comes and goes, by the machine's clock. */
    watchBanner() {
      let shown = Boolean(document.querySelector(".banner"));
      new MutationObserver(() => {
        const now = Boolean(document.querySelector(".banner"));
        if (now !== shown) window.bench.turnedAt = Date.now();
        shown = now;
      }).observe(document.body, { subtree: true, childList: true });
    },
  };
})();
