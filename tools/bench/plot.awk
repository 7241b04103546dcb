# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The two plots as hand-written SVG: log-log, one line per contestant. `what` is "answered" or
# "cost". No style sheet, no script; colours that differ in greyscale, too.

function log10(v)
{
	return log(v) / log(10)
}

function px(v)
{
	return left + (log10(v) - x0) / (x1 - x0) * width
}

function py(v)
{
	return top + height - (log10(v) - y0) / (y1 - y0) * height
}

function short(v)
{
	return v >= 1e6 ? v / 1e6 " M" : v >= 1e3 ? v / 1e3 " k" : v ""
}

function text(x, y, anchor, s)
{
	gsub(/&/, "\\&amp;", s)
	printf "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>\n", x, y, anchor, s
}

function line(ax, ay, bx, by, style)
{
	printf "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" %s/>\n", ax, ay, bx, by, style
}

function add(series, label, x, y)
{
	if (!(series in points)) {
		order[++n_series] = series
		labels[series] = label
	}
	points[series] = points[series] " " x ":" y
	if (!seen++ || x < least_x)
		least_x = x
	if (x > most_x)
		most_x = x
	if (seen == 1 || y < least_y)
		least_y = y
	if (y > most_y)
		most_y = y
}

function draw_axes(title, x_name, y_name,   v, m)
{
	x0 = log10(least_x) - 0.05
	x1 = log10(most_x) + 0.05
	y0 = log10(least_y) - 0.05
	y1 = log10(most_y) + 0.05
	printf "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" ", 760, 440
	print "font-family=\"sans-serif\" font-size=\"12\" fill=\"#222\">"
	print "<rect width=\"760\" height=\"440\" fill=\"#fff\"/>"
	text(left, 20, "start", title)
	text(left + width / 2, top + height + 38, "middle", x_name)
	printf "<text transform=\"translate(14 %d) rotate(-90)\" ", top + height / 2
	printf "text-anchor=\"middle\">%s</text>\n", y_name
	grid = "stroke=\"#ccc\" stroke-width=\"0.6\""
	for (v = 1; log10(v) <= x1; v *= 10) {
		if (log10(v) >= x0) {
			line(px(v), top, px(v), top + height, grid)
			text(px(v), top + height + 18, "middle", short(v))
		}
	}
	for (v = 1; log10(v) <= y1; v *= 10) {
		for (m = 1; m <= 5; m += m == 1 ? 1 : 3) {
			if (log10(v * m) < y0 || log10(v * m) > y1)
				continue
			line(left, py(v * m), left + width, py(v * m), grid)
			text(left - 6, py(v * m) + 4, "end", short(v * m))
		}
	}
}

function draw_series(   i, j, n, p, xy, s, colour, path, y, at)
{
	split("#000000 #888888 #0060c0 #00a0a0 #c08000 #c02020 #e08080 #208030 #80c060", palette, " ")
	for (i = 1; i <= n_series; i++) {
		s = order[i]
		colour = palette[(i - 1) % 9 + 1]
		n = split(points[s], p, " ")
		path = ""
		for (j = 1; j <= n; j++) {
			split(p[j], xy, ":")
			path = path sprintf("%.1f,%.1f ", px(xy[1]), py(xy[2]))
			printf "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"%s\"/>\n", px(xy[1]),
				py(xy[2]), colour
		}
		printf "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" ", path, colour
		printf "stroke-width=\"2\"%s/>\n", i % 2 ? "" : " stroke-dasharray=\"6 3\""
		at = top + 14 + 20 * (i - 1)
		line(left + width + 12, at - 4, left + width + 36, at - 4,
			"stroke-width=\"2\" stroke=\"" colour "\"" (i % 2 ? "" : \
			" stroke-dasharray=\"6 3\""))
		text(left + width + 42, at, "start", labels[s])
	}
}

# Zero is drawn as one a second, because the axis is logarithmic.
function answered(   i, j, r, name, n, rates)
{
	n = split("1000 5000 20000 100000 1000000 0", rates, " ")
	for (i = 1; i <= n_contestants; i++) {
		for (j = 1; j <= n; j++) {
			name = "throughput/" contestant[i] "/" rates[j]
			if (!has(name "/share"))
				continue
			r = median(name "/answered_per_s")
			add(contestant[i], title[contestant[i]], median(name "/offered_per_s"), r > 1 ? r : 1)
		}
	}
	if (!n_series)
		return
	draw_axes("Answered solicitations, the host being one CPU", "offered, 1/s", "answered, 1/s")
	draw_series()
	print "</svg>"
}

function cost(   i, j, kinds, k, word, size)
{
	split("bounce lookup exact miss", kinds, " ")
	for (k = 1; k <= 4; k++) {
		for (i = 1; i <= n_names; i++) {
			if (split(names[i], word, "/") != 5 || word[2] != "guests" ||
			    word[4] != kinds[k] || word[5] != "ns")
				continue
			add(kinds[k], kinds[k] == "exact" ? "ndpx, answer" : kinds[k] == "miss" ? \
				"ndpx, miss" : kinds[k] " only", word[3], median(names[i]))
		}
	}
	if (!n_series)
		return
	draw_axes("One run of the program, random targets", "guests", "ns, with some ns of clock")
	draw_series()
	print "</svg>"
}

BEGIN {
	left = 70
	top = 34
	width = 520
	height = 350
	if (what == "answered")
		answered()
	else
		cost()
}
