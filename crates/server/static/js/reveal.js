// A value that was asked for is visible for half a minute, or until the window is left. It stays in the memory
// of this page only, to be shown or copied once more, and goes when the page goes.
"use strict";
(() => {
  const SECONDS = 30;
  const DOTS = "•".repeat(16); // Always as many, so that the length is not told.

  const guard = (element) => {
    element.secretText = element.textContent;
    const bar = document.createElement("div");
    bar.className = "buttons";
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button small";
    const told = document.createElement("span");
    told.className = "small muted";
    told.setAttribute("role", "status");
    bar.append(button, told);
    (element.closest(".copy") ?? element).after(bar);

    let timer = 0;
    const hide = () => {
      clearTimeout(timer);
      element.textContent = DOTS;
      element.dataset.hidden = "";
      button.textContent = "Show again";
      told.textContent = "Hidden. It can still be copied.";
    };
    const show = () => {
      clearTimeout(timer);
      element.textContent = element.secretText;
      delete element.dataset.hidden;
      button.textContent = "Hide";
      told.textContent = `Visible for ${SECONDS} seconds.`;
      timer = setTimeout(hide, SECONDS * 1000);
    };
    button.addEventListener("click", () => ("hidden" in element.dataset ? show() : hide()));
    element.addEventListener("reveal", show);
    addEventListener("blur", hide);
    addEventListener("pagehide", () => {
      element.secretText = "";
      element.textContent = "";
    });
    show();
  };

  document.querySelectorAll(".copyable.value[data-hides]").forEach(guard);
})();
