"""The headers that production sends, through the proxy: A+ by the HTTP Observatory's rules, in each role."""

import base64
import hashlib
import http.client
import re
from contextlib import ExitStack, closing
from urllib.parse import urlencode

import pytest

from tests.deploy.standins import NGINX, ROOT, Proxy, StandInNames, running_proxy
from tests.observatory import points_of, score_of
from tests.site import SLUG, new_site

pytestmark = [pytest.mark.slow, pytest.mark.skipif(NGINX is None, reason="nginx is not installed")]
HOST = "petition.example.org"
PRODUCTION = {"SITE_URL": f"https://{HOST}", "TRUSTED_PROXIES": "1", "DEVELOPMENT": "off",
              "ALLOWED_HOSTS": f"{HOST},127.0.0.1"}  # fmt: skip
START = f"/en/petitions/{SLUG}/"
PAGES = ["/en/", "/ko/", f"/zh-hans/articles/{SLUG}/", START, f"{START}names/", f"{START}integrity/", "/en/privacy/",
         f"{START}deliveries/", f"{START}check-your-email/", f"/en/s/{'A' * 43}/", "/en/feed.atom", "/robots.txt",
         "/en/nothing-here/"]  # fmt: skip
# What other sites may show or read; static files, since the frame may be a sandboxed one, whose origin is none.
FOR_OTHERS = [f"{START}embed/", f"/api/petitions/{SLUG}/", "/static/css/site.css"]
NO_FRAME = "frame-ancestors 'none'"
BEST = {"content security policy": 10, "cookies": 0, "cross-origin sharing": 0, "cross-origin resource policy": 10,
        "referrer policy": 5, "transport security": 0, "subresource integrity": 0, "content type options": 0,
        "framing": 5}  # fmt: skip
STAFF = ["/admin/", "/admin/login/", "/admin/second-factor/", "/admin/second-factor/app/", "/admin/nothing/"]


@pytest.fixture(scope="module")
def proxy(tmp_path_factory):
    """The proxy behind one that ends TLS, with the public site and the admin as production has them."""
    folder = tmp_path_factory.mktemp("headers")
    chosen = (ROOT / "deploy" / "proxy" / "behind.conf.example").read_text() + "set_real_ip_from 127.0.0.1;"
    with ExitStack() as stack:
        site = stack.enter_context(new_site(**PRODUCTION, CAMPAIGN_ROLE="public"))
        admin = stack.enter_context(new_site(**PRODUCTION, CAMPAIGN_ROLE="admin"))
        names = stack.enter_context(closing(StandInNames()))
        proxy = Proxy(folder, site_port=site.port, admin_port=admin.port, names_port=names.port, chosen=chosen)
        proxy.site, proxy.admin = site, admin
        stack.callback(proxy.stop)
        proxy.start()
        yield proxy


def ask(proxy, path, **headers):
    return proxy.ask(path, Host=HOST, X_Forwarded_For="203.0.113.9", **headers)


def points(answer):
    return points_of(answer.headers, answer.headers.get_all("Set-Cookie") or [], answer.body.decode(errors="replace"))


def score(answer):
    return score_of(answer.headers, answer.headers.get_all("Set-Cookie") or [], answer.body.decode(errors="replace"))


@pytest.mark.parametrize("path", PAGES)
def test_each_public_page_is_an_a_plus_of_130(proxy, path):
    answer = ask(proxy, path)
    assert (score(answer), points(answer)["cookies"]) == (130, 0)


@pytest.mark.parametrize("path", FOR_OTHERS)
def test_what_other_sites_may_show_or_read_lacks_ten_of_them(proxy, path):
    answer = ask(proxy, path)
    assert (score(answer), points(answer)["cross-origin resource policy"]) == (120, 0)


def test_each_page_of_the_admin_is_one_too(proxy):
    scores = {path: score(ask(proxy, path)) for path in STAFF}
    login = ask(proxy, "/admin/login/")
    jar = cookies_of(login)
    (token,) = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', login.body.decode())
    password = (proxy.admin.folder / "admin-password").read_text().strip()
    form = {"username": "admin", "password": password, "csrfmiddlewaretoken": token}
    entered = proxy.ask("/admin/login/", method="POST", body=urlencode(form).encode(), Host=HOST, Cookie=jar,
                        Origin=f"https://{HOST}", Content_Type="application/x-www-form-urlencoded")  # fmt: skip
    assert (entered.status, score(entered)) == (302, 135)
    jar = cookies_of(entered)
    inside = {path: ask(proxy, path, Cookie=jar) for path in STAFF}
    assert inside["/admin/second-factor/app/"].status == 200
    scores |= {f"{path} inside": score(answer) for path, answer in inside.items()}
    assert {path: number for path, number in scores.items() if number < 130} == {}


def test_one_process_that_is_all_of_it_sends_the_same():
    with new_site(**PRODUCTION, CAMPAIGN_ROLE="all") as site:
        asked = {
            path: site.get(path, **{"Host": HOST, "X-Forwarded-Proto": "https"}) for path in ("/en/", "/admin/login/")
        }
    scores = [score_of(each.headers, each.headers.get_all("Set-Cookie") or [], each.text) for each in asked.values()]
    assert ([each.status for each in asked.values()], scores) == ([200, 200], [130, 135])


def cookies_of(answer):
    return "; ".join(line.split(";")[0] for line in answer.headers.get_all("Set-Cookie"))


def test_who_comes_without_tls_is_sent_to_the_same_host_with_it(proxy):
    for port in (proxy.site.port, proxy.admin.port):
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as connection:
            connection.request("GET", "/", headers={"Host": HOST, "X-Forwarded-Proto": "http"})
            answer = connection.getresponse()
        assert (answer.status, answer.headers["Location"]) == (301, f"https://{HOST}/")


def test_the_proxys_own_pages_allow_their_one_style_and_nothing_else(tmp_path):
    with running_proxy(tmp_path) as alone:
        alone.site.stop()
        answers = {"503": alone.ask(START), "413": alone.ask(START, method="POST", body=b"a" * 100_000)}
    for name, answer in answers.items():
        style = re.search("<style>(.*?)</style>", (ROOT / "deploy" / "pages" / f"{name}.html").read_text(), re.DOTALL)[
            1
        ]
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; {NO_FRAME}"
        assert (str(answer.status), answer.headers["Content-Security-Policy"]) == (name, policy)
        assert points(answer) | {"transport security": 0} == BEST
