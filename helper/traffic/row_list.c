/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "traffic/row_list.h"

#include <stdlib.h>

int iptfs_traffic_list_append(struct iptfs_traffic_list *list, const struct iptfs_traffic_row *row)
{
    if (list->count == list->capacity) {
        size_t capacity = list->capacity != 0 ? 2 * list->capacity : 256;
        struct iptfs_traffic_row *rows = reallocarray(list->rows, capacity, sizeof *rows);
        if (rows == NULL)
            return IPTFS_E_NO_MEMORY;
        list->rows = rows;
        list->capacity = capacity;
    }
    list->rows[list->count++] = *row;
    return IPTFS_OK;
}

void iptfs_traffic_list_free(struct iptfs_traffic_list *list)
{
    free(list->rows);
    *list = (struct iptfs_traffic_list){NULL, 0, 0};
}
