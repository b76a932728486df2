/* SPDX-License-Identifier: BSD-2-Clause */
/* Keeping what is secret in this process. */
#include "protect.h"

#include <sys/mman.h>
#include <sys/resource.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

void protect_allow_locking(void)
{
    const struct rlimit none = {RLIM_INFINITY, RLIM_INFINITY};
    setrlimit(RLIMIT_MEMLOCK, &none);
}

bool protect_memory(void)
{
    const struct rlimit nothing = {0, 0};
    struct rlimit locked;
    setrlimit(RLIMIT_CORE, &nothing);
#ifdef __linux__
    prctl(PR_SET_DUMPABLE, 0);
#endif
    /* With a limit, memory that is asked for later would be refused. */
    if (getrlimit(RLIMIT_MEMLOCK, &locked) != 0 || locked.rlim_cur != RLIM_INFINITY)
        return false;
#ifdef MCL_ONFAULT
    return mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) == 0;
#else
    return mlockall(MCL_CURRENT) == 0;
#endif
}
