// The builtin classes' methods and the `builtins` namespace. Loading this file fills the classes of types.ts.
import './objectType.ts'
import './functions.ts'
import './numbers.ts'
import './text.ts'
import './bytes.ts'
import './sequences.ts'
import './dicts.ts'
import './sets.ts'
import './iterators.ts'
import './exceptions.ts'

export { builtinsModule } from './namespace.ts'
