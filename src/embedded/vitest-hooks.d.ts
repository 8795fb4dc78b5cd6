/** The part of vitest that its glue uses: vitest itself is there in the projects of those who use it. */
declare module 'vitest' {
  type Hook = (work: () => Promise<void>) => void
  export const beforeAll: Hook
  export const beforeEach: Hook
  export const afterEach: Hook
  export const afterAll: Hook
  export const expect: { extend(matchers: object): void }
  export interface TestAPI<Context = object> {
    extend<T extends object>(fixtures: object): TestAPI<Context & T>
  }
  export const test: TestAPI
}
