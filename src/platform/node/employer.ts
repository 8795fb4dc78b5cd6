/** Who started this thread or process, and how to talk to them. */
import { parentPort } from 'node:worker_threads'
import type { Employer } from '../workers'

/** Throws when nobody did: then this is no place to be run at. */
export function nodeEmployer(): Employer {
  const port = parentPort
  if (port) {
    return {
      send: message => port.postMessage(message),
      onMessage: run => void port.on('message', run),
    }
  }
  if (!process.send) throw new Error('this program is started by startBroker, not by hand')
  // Nobody is left to talk to, and so nobody who needs what runs here.
  process.on('disconnect', () => process.exit())
  // Ctrl-C reaches the whole group of processes; whoever started this one decides what becomes of it.
  process.on('SIGINT', () => {})
  return {
    send: message => void process.send!(message, () => {}),
    onMessage: run => void process.on('message', run),
  }
}
