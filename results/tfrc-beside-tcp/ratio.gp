# Draws ratio.csv: gnuplot ratio.gp in this folder writes plots/ratio.svg and plots/ratio.png.
set datafile separator comma
set encoding utf8
set border 3 linewidth 1 linecolor rgb '#404040'
set tics nomirror out scale 0.6
set grid xtics ytics linetype 1 linewidth 0.7 linecolor rgb '#DDDDDD'
set key outside right top vertical Left reverse samplen 3 spacing 1.25 title 'TCP flows' left
set title 'Share of the tunnel beside TCP NewReno'
set xlabel 'queue (bandwidth-delay products)'
set ylabel 'tunnel / mean TCP flow'
set logscale xy 2
set xtics (0.1, 0.25, 0.5, 1, 2)
set ytics (0.5, 0.7, 1, 1.4, 2)
set xrange [0.085:2.4]
set yrange [0.4:2.5]
set arrow from graph 0, first 0.5 to graph 1, first 0.5 nohead dashtype 2 linecolor rgb '#808080'
set arrow from graph 0, first 2 to graph 1, first 2 nohead dashtype 2 linecolor rgb '#808080'
set style line 1 linecolor rgb '#0072B2' linewidth 1.5 pointtype 7
set style line 2 linecolor rgb '#D55E00' linewidth 1.5 pointtype 5
set style line 3 linecolor rgb '#009E73' linewidth 1.5 pointtype 9
set style data yerrorlines
do for [type in 'svg png'] {
    if (type eq 'svg') {
        set terminal svg size 860,520 dynamic font 'DejaVu Sans,Arial,sans-serif,15' \
            background rgb 'white' linewidth 1.6
    } else {
        set terminal pngcairo size 1290,780 font 'DejaVu Sans,17' background rgb 'white' \
            linewidth 2.2 pointscale 1.5
    }
    set output 'plots/ratio.'.type
    plot for [i=0:2] 'ratio.csv' index i using ($2 * (0.97 + 0.03 * i)):3:4 linestyle i + 1 \
        title columnheader(1)
}
