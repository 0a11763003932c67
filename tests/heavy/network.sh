#!/bin/bash
# A thousand files whose three addresses hang, with the times of the contract: three waits.
# usage: tests/heavy/network.sh BUILD
NETWORK_FILES=1000 NETWORK_SECONDS=5 exec bash tests/cli/network.sh "$1"
