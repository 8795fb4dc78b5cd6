package runner

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

const (
	Keys          = 10_000
	KeyPartitions = 7
)

// Values are those that every runner writes, long and short.
func Values(from, count int) []string {
	list := make([]string, count)
	for index := range list {
		list[index] = fmt.Sprintf("value-%d-%s", from+index, strings.Repeat("a", (from+index)%100))
	}
	return list
}

// KeyAt is the rule of compat/keys.ts.
func KeyAt(index int) string {
	if index%3 == 0 {
		return fmt.Sprintf("key-%d", index)
	}
	if index%3 == 1 {
		return fmt.Sprintf("é%dß", index*7919)
	}
	return strings.Repeat("x", index%50) + strconv.Itoa(index)
}

// JavaPartitions tells the partition that Java chose for each key.
func JavaPartitions() []int32 {
	fixture, err := os.ReadFile("compat/shared/java-partitions.txt")
	Must(err)
	digits := strings.ReplaceAll(string(fixture), "\n", "")
	Same("digits of the fixture", len(digits), Keys)
	list := make([]int32, Keys)
	for index := range list {
		list[index] = int32(digits[index] - '0')
	}
	return list
}
