#!/bin/bash
# Fuzzes each target for a while; new inputs go to a folder of the build, findings stop it.
# usage: tests/fuzz/run.sh BUILD SECONDS [TARGET...]
set -u
B=$1 seconds=$2
shift 2
fail=0
for t in "$B"/tests/fuzz/fuzz_*; do
	[ -x "$t" ] && [ -f "$t" ] || continue
	name=${t##*/fuzz_}
	[ $# -gt 0 ] && case " $* " in *" $name "*) ;; *) continue ;; esac
	mkdir -p "$B/corpus/$name"
	if "$t" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=2048 -verbosity=0 \
		-print_final_stats=1 -artifact_prefix="$B/corpus/finding-$name-" \
		"$B/corpus/$name" "tests/fuzz/corpus/$name" >"$B/corpus/$name.log" 2>&1; then
		printf 'fuzz: %-16s %s runs, nothing found\n' "$name" \
			"$(sed -n 's/stat::number_of_executed_units: *//p' "$B/corpus/$name.log")"
	else
		echo "fuzz: $name FOUND something:"
		tail -n 30 "$B/corpus/$name.log"
		fail=1
	fi
done
exit $fail
