// A generator of the program: a JavaScript generator run in steps, with its frame on the stack during each. What it was
// handling (`except` blocks it is suspended in) is put aside between steps.
import { exception } from '../make.ts'
import { types } from '../types.ts'
import { PyException, type Value } from '../values.ts'
import type { Frame } from '../code.ts'
import type { Vm } from '../vm.ts'

export class GeneratorSteps implements Iterator<Value, Value, Value> {
  private state: 'new' | 'suspended' | 'running' | 'done' = 'new'
  private handling: PyException[] = []

  constructor(
    private readonly vm: Vm,
    readonly frame: Frame,
    private readonly body: Generator<Value, Value, Value>,
  ) {}

  next(sent: Value = null): IteratorResult<Value, Value> {
    if (this.state === 'new' && sent !== null) {
      this.vm.raise(types.TypeError, "can't send non-None value to a just-started generator")
    }
    return this.step(() => this.body.next(sent))
  }

  /** Raises an error at the paused `yield`. */
  throw(error: unknown): IteratorResult<Value, Value> {
    return this.step(() => this.body.throw(error))
  }

  /** Closes the generator: GeneratorExit at the paused `yield`, which it may not swallow by yielding on. */
  return(value: Value = null): IteratorResult<Value, Value> {
    if (this.state === 'new') this.state = 'done'
    if (this.state === 'done') return { done: true, value }
    const exit = new PyException(exception(types.GeneratorExit, []), this.vm.trace(), this.vm.where())
    try {
      const step = this.throw(exit)
      if (step.done !== true) this.vm.raise(types.RuntimeError, 'generator ignored GeneratorExit')
    } catch (e) {
      if (!(e instanceof PyException) || !(is(e, 'GeneratorExit') || is(e, 'StopIteration'))) throw e
    }
    return { done: true, value }
  }

  private step(resume: () => IteratorResult<Value, Value>): IteratorResult<Value, Value> {
    const { vm } = this
    if (this.state === 'running') vm.raise(types.ValueError, 'generator already executing')
    if (this.state === 'done') return resume()
    vm.enter(this.frame)
    const depth = vm.handling.length
    vm.handling.push(...this.handling)
    this.state = 'running'
    let ended = true
    try {
      const result = resume()
      ended = result.done === true
      return result
    } catch (e) {
      if (e instanceof PyException && is(e, 'StopIteration')) return this.refuseStop(e)
      throw e
    } finally {
      this.state = ended ? 'done' : 'suspended'
      this.handling = vm.handling.splice(depth)
      vm.leave()
    }
  }

  /** PEP 479: StopIteration may not come out of a generator. */
  private refuseStop(e: PyException): never {
    const error = exception(types.RuntimeError, ['generator raised StopIteration'])
    error.dict.set('__cause__', e.value)
    error.dict.set('__context__', e.value)
    return this.vm.throw(error)
  }
}

function is(e: PyException, name: 'GeneratorExit' | 'StopIteration'): boolean {
  return e.value.cls.isSubclassOf(types[name])
}
