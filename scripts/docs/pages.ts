/** Every page that is made from the source, by its path. */
import { apisPage } from './apis'
import { configsPage } from './configs'
import { errorsPage } from './errors'
import { toolsPage } from './tools'

export const pages: { readonly [path: string]: () => string } = {
  'docs/generated/apis.md': apisPage,
  'docs/generated/configs.md': configsPage,
  'docs/generated/errors.md': errorsPage,
  'docs/generated/tools.md': toolsPage,
}
