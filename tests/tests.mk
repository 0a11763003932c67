# What the test targets run; every step is a script under tests/ that can be run alone.
deps:
	@tools/deps.sh build test

check: tests-built
	@tests/run.sh $(B) check
