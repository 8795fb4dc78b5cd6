/** Which process a process id stands for: the number alone may be another one's by now, or in another container. */
import * as fs from 'node:fs'

/** Process id, start time in ticks since boot, and the boot; the latter two are left out where there is no /proc. */
export function identityOf(pid: number): string {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The second field is a name in parentheses, which may itself hold blanks and parentheses.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    // A zombie has ended; only its parent has not looked.
    if (fields[0] === 'Z') return ''
    const boot = fs.readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()
    return `${pid} ${fields[19]} ${boot}`
  } catch {
    return `${pid}`
  }
}
