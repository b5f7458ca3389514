/* Password boxes with data-show-toggle get a button that shows what was typed. The pages work without it. */
(function () {
  "use strict";
  document.querySelectorAll("input[data-show-toggle]").forEach(function (box) {
    var button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-ghost btn-sm";
    button.textContent = box.dataset.showToggle;
    button.setAttribute("aria-pressed", "false");
    button.setAttribute("aria-controls", box.id);
    button.addEventListener("click", function () {
      var shown = box.type === "text";
      box.type = shown ? "password" : "text";
      button.setAttribute("aria-pressed", String(!shown));
    });
    box.insertAdjacentElement("afterend", button);
  });
})();
