// What Lambda starts: runs varve with the loader and the libraries that lie beside it. A program and
// no script, since an empty root has no shell. LOADER is the loader's file name.
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { kPathBytes = PATH_MAX + 64 };

int main(void) {
  char self[PATH_MAX], loader[kPathBytes], libraries[kPathBytes], program[kPathBytes],
      certificates[kPathBytes];
  const ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
  if (length > 0) self[length] = '\0';
  const char *root = getenv("LAMBDA_TASK_ROOT");
  const char *folder = length > 0 ? dirname(self) : root != NULL ? root : "/var/task";
  snprintf(loader, sizeof loader, "%s/lib/%s", folder, LOADER);
  snprintf(libraries, sizeof libraries, "%s/lib", folder);
  snprintf(program, sizeof program, "%s/lib/varve", folder);
  snprintf(certificates, sizeof certificates, "%s/lib/ca-certificates.crt", folder);
  setenv("SSL_CERT_FILE", certificates, 0);
  execl(loader, loader, "--library-path", libraries, program, "lambda", (char *)NULL);
  perror(loader);
  return 1;
}
