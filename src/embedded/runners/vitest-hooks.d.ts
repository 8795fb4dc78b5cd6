/** The part of vitest that its glue uses: vitest itself is there in the projects of those who use it. */
declare module 'vitest' {
  type Hook = (work: () => Promise<void>) => void
  export const beforeAll: Hook
  type EachHook = (work: (context: { readonly task: { readonly id: string } }) => Promise<void>) => void
  export const beforeEach: EachHook
  export const afterEach: EachHook
  export const afterAll: Hook
  export const expect: { extend(matchers: object): void }
  export interface TestAPI<Context = object> {
    extend<T extends object>(fixtures: object): TestAPI<Context & T>
  }
  export const test: TestAPI
}
