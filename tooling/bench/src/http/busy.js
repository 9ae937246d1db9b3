/** Half a millisecond of CPU: what tests put into a request to see that their limit can be exceeded. */
export function busy() {
  for (const end = performance.now() + 0.5; performance.now() < end; );
}
