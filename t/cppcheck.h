/* SPDX-License-Identifier: BSD-2-Clause */
/* What cppcheck cannot look up: the loops of jansson. */
#define json_array_foreach(array, index, value)                                          \
    for (index = 0; (value = json_array_get(array, index)) != NULL; index++)
#define json_object_foreach(object, key, value)                                          \
    for (key = json_object_iter_key(json_object_iter(object));                           \
         key && (value = json_object_get(object, key)) != NULL; key = NULL)
