// What a value costs to make, charged to the run's budget: one operation of the program can ask for a list of ten billion
// elements. Small values are free, so that ordinary work is counted by calls and loop iterations alone.
import type { Vm } from '../vm.ts'

/** Elements that a list, tuple, dict or set can have for nothing. */
const freeElements = 64
const freeCharacters = 4096
/** A text beyond this is no text that a model needs; JavaScript's own limit is not far above. */
const maxCharacters = 1 << 28

/** Charges for so many elements, before they are made. */
export function chargeElements(vm: Vm, count: number): void {
  if (count > freeElements) vm.tick(count)
}

/** Charges for a text of so many characters, before it is made. */
export function chargeText(vm: Vm, length: number): void {
  if (length <= freeCharacters) return
  if (length > maxCharacters) vm.stop('budget-exceeded', `a text of ${length} characters`)
  vm.tick(length >> 4)
}
