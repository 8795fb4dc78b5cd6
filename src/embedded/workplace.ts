/** The program that a thread or process of a broker is started with. */
import { runCompiled } from '../platform/node/compiled'

runCompiled(`${__dirname}/guest.js`)
