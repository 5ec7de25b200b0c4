# An optional cache in front of HAProxy: varnishd -F -a 127.0.0.1:8080 -f "$PWD/varnish.vcl"
vcl 4.1;

backend haproxy {
    .host = "127.0.0.1";
    .port = "6543";
}

sub vcl_recv {
    # On a miss, Varnish sends GET for a HEAD, and a GET counts.
    if (req.method == "HEAD") {
        return (pass);
    }
    # As it comes, Varnish caches nothing for a visitor with a cookie, so a site with a cookie for
    # statistics caches nothing at all. Here the program decides, with Cache-Control and Vary.
    if (req.method == "GET") {
        return (hash);
    }
}
