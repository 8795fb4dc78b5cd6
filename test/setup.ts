// Jest evaluates tests in a realm of its own, where errors made by Node's native modules are not `instanceof Error`.
// The check below makes them so, as they are outside of jest.
import { types } from 'node:util'

const inherits = Function.prototype[Symbol.hasInstance]
Object.defineProperty(Error, Symbol.hasInstance, {
  value(this: unknown, value: unknown) {
    return inherits.call(this as never, value) || (this === Error && types.isNativeError(value))
  },
})
