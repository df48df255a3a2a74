// State that a layer keeps for one run: made on first use, under a key that only that layer has.
import type { Vm } from './vm.ts'

export interface StateKey<T> {
  readonly name: string
  readonly make: (vm: Vm) => T
}

export function stateKey<T>(name: string, make: (vm: Vm) => T): StateKey<T> {
  return { name, make }
}
