import { find } from '../dom.js';

const KEYS = { ArrowLeft: -1, PageUp: -1, ArrowRight: 1, PageDown: 1, Home: -Infinity, End: Infinity };

/** Page navigation: buttons, a number, and keys while the stage has the focus. */
export function createPager(stage) {
  const [group, field, previous, next] = ['#pager', '#page-number', '#previous-page', '#next-page'].map(find);
  let count = 0;
  let onTurn = () => {};
  let number = 1;

  function turnTo(wanted) {
    const target = Math.min(count, Math.max(1, Math.round(wanted) || number));
    const moved = target !== number;
    number = target;
    field.value = String(number);
    // `aria-disabled` and not `disabled`, which would throw the focus away at the last page.
    previous.setAttribute('aria-disabled', String(number === 1));
    next.setAttribute('aria-disabled', String(number === count));
    if (moved) onTurn(number);
  }

  previous.addEventListener('click', () => turnTo(number - 1));
  next.addEventListener('click', () => turnTo(number + 1));
  field.addEventListener('change', () => turnTo(Number(field.value)));
  stage.addEventListener('keydown', (event) => {
    const step = KEYS[event.key];
    if (group.hidden || step === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    turnTo(number + step);
  });

  return {
    open(pages, turned) {
      count = pages;
      number = 1;
      onTurn = turned;
      field.max = String(pages);
      find('#page-count').textContent = String(pages);
      group.hidden = false;
      turnTo(1);
    },
    close() {
      group.hidden = true;
      onTurn = () => {};
    },
  };
}
