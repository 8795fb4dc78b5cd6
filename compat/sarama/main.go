// sarama, unchanged, through the common scenarios; see compat/runner.ts for the contract of a runner.
package main

import "odradek/compat/shared/runner"

func main() {
	runner.Main("sarama", member, recordScenes(), groupScenes(), transactionScenes(), adminScenes())
}
