/** The environment of this process, which those that it starts have as well. */
export function setVariables(variables: { readonly [name: string]: string }): void {
  Object.assign(process.env, variables)
}
