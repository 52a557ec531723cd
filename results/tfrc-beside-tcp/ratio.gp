# Draws ratio.csv: gnuplot ratio.gp in this folder writes plots/ratio.svg and plots/ratio.png.
set datafile separator comma
set encoding utf8
set border 3 linewidth 1 linecolor rgb '#404040'
set tics nomirror out scale 0.6
set grid xtics ytics linetype 1 linewidth 0.7 linecolor rgb '#DDDDDD'
set key bottom left Left reverse samplen 2 spacing 1.1
set logscale y 2
set yrange [0.008:40]
set ytics (0.01, 0.03, 0.125, 0.25, 0.5, 1, 2, 4, 8, 16, 32)
set arrow 1 from graph 0, first 0.5 to graph 1, first 0.5 nohead dashtype 2 linecolor rgb '#808080'
set arrow 2 from graph 0, first 2 to graph 1, first 2 nohead dashtype 2 linecolor rgb '#808080'
set style line 1 linecolor rgb '#0072B2' linewidth 1.5 pointtype 7
set style line 2 linecolor rgb '#D55E00' linewidth 1.5 pointtype 5
set style line 3 linecolor rgb '#009E73' linewidth 1.5 pointtype 9
set style data yerrorlines
set logscale x
array labels[4] = ['rate (Mb/s)', 'round trip (ms)', 'queue (bandwidth-delay products)', 'TCP flows']
do for [type in 'svg png'] {
    if (type eq 'svg') {
        set terminal svg size 1000,800 dynamic font 'DejaVu Sans,Arial,sans-serif,13' \
            background rgb 'white' linewidth 1.4
    } else {
        set terminal pngcairo size 1500,1200 font 'DejaVu Sans,15' background rgb 'white' \
            linewidth 2 pointscale 1.3
    }
    set output 'plots/ratio.'.type
    set multiplot layout 2,2 title 'Tunnel over mean TCP flow: 10 Mb/s, 50 ms, queue of a bandwidth-delay product, 4 flows; one factor varied'
    do for [panel=0:3] {
        set xlabel labels[panel + 1]
        set xtics auto
        if (panel == 0) { set xtics (5, 10, 20, 50, 100); set xrange [4:125] }
        if (panel == 1) { set xtics (10, 20, 50, 100, 200); set xrange [8:250] }
        if (panel == 2) { set xtics (0.1, 0.25, 0.5, 1, 2, 4); set xrange [0.08:5] }
        if (panel == 3) { set xtics (1, 2, 4, 8, 16); set xrange [0.8:20] }
        plot for [i=0:2] 'ratio.csv' index (3 * panel + i) \
            using ($1 * (0.97 + 0.03 * i)):2:3:4 linestyle i + 1 title columnheader(1)
    }
    unset multiplot
}
