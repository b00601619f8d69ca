// A button beside everything that is meant to be copied. The clipboard of the browser needs https or this
// machine; elsewhere the text is selected and copied the old way; and if that fails, the button says so.
"use strict";
(() => {
  const say = (button, text) => {
    button.textContent = text;
    clearTimeout(button.timer);
    button.timer = setTimeout(() => {
      button.textContent = "Copy";
    }, 2500);
  };

  const selectAndCopy = (element) => {
    const selection = getSelection();
    const range = document.createRange();
    range.selectNodeContents(element);
    selection.removeAllRanges();
    selection.addRange(range);
    try {
      return document.execCommand("copy");
    } catch {
      return false;
    }
  };

  const textOf = (element) => element.secretText ?? element.textContent;

  const copy = async (element, button) => {
    try {
      await navigator.clipboard.writeText(textOf(element));
      say(button, "Copied");
      return;
    } catch {
      // Not a secure page, or not allowed.
    }
    if (element.secretText !== undefined) element.dispatchEvent(new Event("reveal"));
    say(button, selectAndCopy(element) ? "Copied" : "Press Ctrl C");
  };

  const add = (element) => {
    if (element.hasCopyButton) return;
    element.hasCopyButton = true;
    let frame = element.parentElement;
    if (!frame.matches(".copy, .copy-inline")) {
      frame = document.createElement("div");
      frame.className = "copy";
      element.replaceWith(frame);
      frame.append(element);
    }
    frame.classList.add("has-button");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button small";
    button.textContent = "Copy";
    button.setAttribute("aria-live", "polite");
    const label = element.dataset.label;
    if (label) button.setAttribute("aria-description", label);
    button.addEventListener("click", () => copy(element, button));
    frame.append(button);
  };

  const addAll = (root) => root.querySelectorAll(".copyable, .copy-inline > code").forEach(add);
  addAll(document);
  document.addEventListener("htmx:load", (event) => addAll(event.target));
})();
