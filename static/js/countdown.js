// Chips that count down to a moment: the last number in their words is the minutes that are left.
const chips = document.querySelectorAll("[data-until]");

function tell() {
  for (const chip of chips) {
    const minutes = Math.floor((new Date(chip.dataset.until) - Date.now()) / 60000);
    if (minutes < 0) chip.classList.add("b-act");
    else chip.textContent = chip.textContent.replace(/\d+(?=\D*$)/, String(minutes));
  }
}

setInterval(tell, 15000);
