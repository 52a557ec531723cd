# Draws over-time.csv: gnuplot over-time.gp in this folder writes plots/over-time.svg and .png.
set datafile separator comma
set encoding utf8
set border 3 linewidth 1 linecolor rgb '#404040'
set tics nomirror out scale 0.6
set grid xtics ytics linetype 1 linewidth 0.7 linecolor rgb '#DDDDDD'
set key outside right top vertical Left reverse samplen 3 spacing 1.25
set title 'One congestion-controlled tunnel beside four TCP flows'
set xlabel 'time (s)'
set ylabel 'octets of IP over the link (Mb/s)'
set yrange [0:*]
do for [type in 'svg png'] {
    if (type eq 'svg') {
        set terminal svg size 860,520 dynamic font 'DejaVu Sans,Arial,sans-serif,15' \
            background rgb 'white' linewidth 1.6
    } else {
        set terminal pngcairo size 1290,780 font 'DejaVu Sans,17' background rgb 'white' \
            linewidth 2.2
    }
    set output 'plots/over-time.'.type
    plot for [i=3:6] 'over-time.csv' using 1:i every ::1 with lines linewidth 0.8 \
             linecolor rgb word('#E69F00 #CC79A7 #56B4E9 #009E73', i - 2) title 'TCP '.(i - 2), \
         '' using 1:(($3 + $4 + $5 + $6) / 4) every ::1 with lines linewidth 1.4 \
             linecolor rgb '#000000' title 'mean of TCP', \
         '' using 1:2 every ::1 with lines linewidth 2.4 linecolor rgb '#0072B2' title 'tunnel'
}
