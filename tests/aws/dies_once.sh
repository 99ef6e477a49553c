#!/bin/sh
# Starts a program that is killed at its N-th system call of a name; started again, it lives.
# usage: dies_once.sh FOLDER CALL N PROGRAM lambda FUNCTION
folder=$1 call=$2 count=$3
shift 3
mkdir "$folder/$3-died" 2>/dev/null || exec "$@"
exec strace -f -qq -o /dev/null -e "trace=$call" -e "inject=$call:signal=KILL:when=$count" "$@"
