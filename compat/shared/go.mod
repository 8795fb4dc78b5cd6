module odradek/compat/shared

go 1.26.8
