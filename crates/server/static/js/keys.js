// The keyboard: the palette (Ctrl K), the filter (/), rows (j and k), going somewhere (g, then a letter) and the
// list of all this (?). Letters can be switched off in that list. No key ever reveals or approves anything.
"use strict";
(() => {
  const OFF = "1claw-keys-off";
  const PLACES = { h: "/", v: "/vaults", a: "/agents", p: "/access", s: "/shares", l: "/audit", r: "/enrollments", o: "/approvals" };
  const palette = document.getElementById("palette");
  const help = document.getElementById("keys-help");
  if (!palette || !help) return;

  const areOff = () => {
    try {
      return localStorage.getItem(OFF) === "1";
    } catch {
      return false;
    }
  };
  const toggle = document.getElementById("keys-on");
  toggle.checked = !areOff();
  toggle.addEventListener("change", () => {
    try {
      localStorage.setItem(OFF, toggle.checked ? "0" : "1");
    } catch {
      // It cannot be kept; the keys stay as they are.
    }
  });

  const isMac = /Mac|iP(hone|ad)/.test(navigator.platform);
  document.querySelectorAll("kbd.palette-key").forEach((key) => {
    key.textContent = isMac ? "⌘K" : "Ctrl K";
    key.hidden = false;
  });
  document.querySelectorAll("[data-opens]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => document.getElementById(button.dataset.opens).showModal());
  });
  document.querySelectorAll("dialog [data-closes]").forEach((button) => {
    button.addEventListener("click", () => button.closest("dialog").close());
  });

  const input = palette.querySelector("input");
  const openPalette = () => {
    if (palette.open) return;
    palette.showModal();
    input.select();
    input.dispatchEvent(new Event("open"));
  };
  const options = () => [...palette.querySelectorAll(".results a")];
  const move = (step) => {
    const all = options();
    if (all.length === 0) return;
    const now = all.findIndex((option) => option.getAttribute("aria-selected") === "true");
    const next = all[(now + step + all.length) % all.length];
    all.forEach((option) => option.removeAttribute("aria-selected"));
    next.setAttribute("aria-selected", "true");
    next.scrollIntoView({ block: "nearest" });
  };
  palette.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      move(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter") {
      const chosen = palette.querySelector('[aria-selected="true"]') ?? options()[0];
      if (chosen && document.activeElement === input) {
        event.preventDefault();
        chosen.click();
      }
    }
  });

  const rows = () => [...document.querySelectorAll("main tbody tr th a, main tbody tr .actions a")];
  const moveRow = (step) => {
    const all = rows();
    if (all.length === 0) return;
    const now = all.indexOf(document.activeElement);
    all[Math.min(Math.max(now + step, 0), all.length - 1)].focus();
  };

  let isGoing = 0;
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      openPalette();
      return;
    }
    const isTyping = event.target.closest?.("input, textarea, select, dialog");
    if (isTyping || areOff() || event.ctrlKey || event.metaKey || event.altKey) return;
    if (Date.now() - isGoing < 1500 && PLACES[event.key]) {
      isGoing = 0;
      location.assign(PLACES[event.key]);
    } else if (event.key === "g") {
      isGoing = Date.now();
    } else if (event.key === "/") {
      event.preventDefault();
      (document.querySelector("main input[type=search]") ?? document.querySelector(".finder input")).focus();
    } else if (event.key === "?") {
      help.showModal();
    } else if (event.key === "j" || event.key === "k") {
      moveRow(event.key === "j" ? 1 : -1);
    }
  });
})();
