#!/bin/sh
# Becomes the program, which lies in the package for this platform: beside this one, or below it.
self=$(readlink -f "$0") || self=$0
package=${self%/bin/*}
for folder in "${package%/*}/lathe-linux-x64" "$package/node_modules/lathe-linux-x64"; do
  if [ -x "$folder/lathe" ]; then exec "$folder/lathe" "$@"; fi
done
echo "lathe: the npm package lathe-linux-x64, which holds the program, is not installed. It is for Linux on x86-64 with
glibc (not Alpine); npm leaves it out on other systems and with --omit=optional." >&2
exit 1
