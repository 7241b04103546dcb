/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Attaches a program that returns `what` ("next", "pass", "drop") before all others, reports
 * it, and holds it until a signal. 77: this kernel lacks TCX.
 */
#ifndef NDTOOL_TCX_H
#define NDTOOL_TCX_H

int tcx_hold(const char *dev, const char *what);

#endif
