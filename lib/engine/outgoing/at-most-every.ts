/** Calls `tell` at once, and then at most every `interval` milliseconds with the newest value. */
export function atMostEvery<T>(interval: number, tell: (value: T) => void): (value: T) => void {
  let timer: NodeJS.Timeout | undefined;
  let next: { value: T } | undefined;

  function rest(): void {
    timer = undefined;
    if (next === undefined) return;
    const { value } = next;
    next = undefined;
    say(value);
  }

  function say(value: T): void {
    timer = setTimeout(rest, interval).unref();
    tell(value);
  }

  return (value) => {
    if (timer === undefined) say(value);
    else next = { value };
  };
}
