/** How many of what is in ascending order are at most this large, found by halving. */
export function countUpTo<One>(sorted: readonly One[], limit: number, valueOf: (one: One) => number): number {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >> 1
    const one = sorted[middle]
    if (one !== undefined && valueOf(one) <= limit) low = middle + 1
    else high = middle
  }
  return low
}
