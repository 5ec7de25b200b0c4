// Decodes a session cookie of Pyramid, or of the steps that sign, in the page "Decode a cookie by hand". Nothing that is
// typed leaves the page.
{
    const HASHES = [[64, "SHA-512"], [48, "SHA-384"], [32, "SHA-256"], [28, "SHA-224"]];
    const SALT = "pyramid.session.";
    // The steps 05a to 05d sign with SHA-256 and the bare secret, and write JSON without spaces.
    const STEPS_SIZE = 32;
    const EXAMPLE = "nKzrrdzDs9hiJhwTEMwyv7w_JWuiN_arC9rS4XKHN8QBPV58rSdWsGVHNkHT3v3XaLrJ3HiNMCnOs9dFKSKl5VsxNzM1Njg5NjAwLCAxNzM1Njg5NjAwLjI1LCB7ImNvdW50ZXIiOiAxfV0";

    // Python's JSON, which has NaN and Infinity too, laid out in lines. Numbers and the order of keys stay
    // as they are written, which JSON.parse would not keep.
    class Json {
        static TOKEN = /[ \t\r\n]*("(?:[^"\\\u0000-\u001f]|\\.)*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null|NaN|-?Infinity|[[\]{},:]|$)/y;

        constructor(text) {
            this.text = text;
            this.at = 0;
            this.next();
        }

        next() {
            const { token } = this;
            Json.TOKEN.lastIndex = this.at;
            const found = Json.TOKEN.exec(this.text);
            if (!found) {
                throw new SyntaxError("this is no JSON");
            }
            this.at = Json.TOKEN.lastIndex;
            this.token = found[1];
            return token;
        }

        take(token) {
            if (this.next() !== token) {
                throw new SyntaxError(token + " is missing");
            }
        }

        number() {
            if (!/^-?\d/.test(this.token)) {
                throw new SyntaxError("a number is missing");
            }
            return this.next();
        }

        string() {
            return JSON.stringify(JSON.parse(this.next()));
        }

        value(indent) {
            const open = this.token;
            if (open[0] === '"') {
                return this.string();
            }
            if (open !== "{" && open !== "[") {
                if (open === "" || "]},:".includes(open)) {
                    throw new SyntaxError("a value is missing");
                }
                return this.next();
            }
            const close = open === "{" ? "}" : "]";
            const inner = indent + "  ";
            const items = [];
            this.next();
            while (this.token !== close) {
                if (items.length > 0) {
                    this.take(",");
                }
                let key = "";
                if (open === "{") {
                    key = this.string() + ": ";
                    this.take(":");
                }
                items.push(inner + key + this.value(inner));
            }
            this.next();
            return items.length === 0 ? open + close : `${open}\n${items.join(",\n")}\n${indent}${close}`;
        }
    }

    // The parts of `[accessed, created, state]`, or of a state alone, as 05a and 05b have it.
    const record = (text, size) => {
        const json = new Json(text);
        if (json.token === "{" && size === STEPS_SIZE) {
            const state = json.value("");
            json.take("");
            return { kind: "A cookie of step 05a, 05b or 05b2", salt: "", state };
        }
        json.take("[");
        const accessed = json.number();
        json.take(",");
        const created = json.number();
        json.take(",");
        if (json.token !== "{") {
            throw new SyntaxError("the state is missing");
        }
        const state = json.value("");
        json.take("]");
        json.take("");
        const isSteps = size === STEPS_SIZE && /^\[\d+,\d+,\{/.test(text);
        const kind = isSteps ? "A cookie of step 05c or 05d" : "A Pyramid cookie";
        return { kind, salt: isSteps ? "" : SALT, accessed, created, state };
    };

    const utf8 = new TextDecoder("utf-8", { fatal: true });
    const attempt = make => {
        try {
            return make();
        } catch {
            return null;
        }
    };

    // What a cookie's value is: `{ parts }`, or `{ problem }`, a sentence that says what is wrong with it.
    const read = value => {
        const stranger = value.match(/[^A-Za-z0-9_-]/u);
        if (stranger) {
            return { problem: `This page can’t read it: “${stranger[0]}” is not among the characters of base64url, which are letters, digits, - and _.` };
        }
        if (value.length % 4 === 1) {
            return { problem: `This is cut off: base64 never has ${value.length} characters. Copy the whole value.` };
        }
        const binary = atob(value.replaceAll("-", "+").replaceAll("_", "/"));
        const octets = Uint8Array.from(binary, character => character.charCodeAt(0));
        for (const [size, hash] of HASHES) {
            const json = octets.slice(size);
            const parts = attempt(() => record(utf8.decode(json), size));
            if (parts) {
                return { parts: { ...parts, hash, json, signature: octets.slice(0, size), octets: octets.length } };
            }
        }
        const begins = HASHES.some(([size]) => /^\[\d+(,|$)/.test(binary.slice(size)));
        if (begins || binary.startsWith('{"', STEPS_SIZE)) {
            return { problem: "This is cut off or changed: a signature and the beginning of a session are there, and then the JSON breaks off. Copy the whole value." };
        }
        if (octets[0] === 1 && octets.length >= 29 + 9) {
            return { problem: `This looks like a sealed cookie: version 1, a nonce of 12 octets, ${octets.length - 29} octets of encrypted session, a tag of 16. Nothing in it can be read without the key, and this page opens none.` };
        }
        return { problem: `This page can’t read it: it decodes to ${octets.length} octets, and no session begins after a signature.` };
    };

    // What was pasted may be a value, `session=VALUE`, or a whole Cookie or Set-Cookie header.
    const find = pasted => {
        const pairs = pasted.replace(/^\s*(set-)?cookie:/i, "").split(";");
        const values = pairs.map(pair => pair.trim().replace(/=+$/, "").replace(/^[^=]*=/, "").replace(/[\s"]/g, ""));
        const found = values.filter(value => value !== "").map(read);
        return found.find(one => one.parts) ?? found[0] ?? { problem: "Paste the value of a cookie first." };
    };

    // Salt and secret as Pyramid joins them: latin-1, or UTF-8 when a letter is not in latin-1. The steps take UTF-8.
    const keyBytes = (salt, secret) => {
        const letters = [...(salt + secret)].map(letter => letter.codePointAt(0));
        const isLatin = salt !== "" && letters.every(letter => letter <= 0xff);
        return isLatin ? Uint8Array.from(letters) : new TextEncoder().encode(salt + secret);
    };

    const verdict = async ({ hash, salt, signature, json }, secret) => {
        if (secret === "") {
            return "Not verified: no secret was typed.";
        }
        const subtle = globalThis.crypto?.subtle;
        if (!subtle) {
            return "Cannot verify here: browsers offer their cryptography to pages from https:// and localhost alone.";
        }
        if (hash === "SHA-224") {
            return "Cannot verify here: browsers have no HMAC with SHA-224.";
        }
        const key = await subtle.importKey("raw", keyBytes(salt, secret), { name: "HMAC", hash }, false, ["verify"]);
        const verified = await subtle.verify("HMAC", key, signature, json);
        return verified
            ? `Verified: this secret made the signature (HMAC-${hash}).`
            : `Not verified: this secret did not make the signature, or the cookie was changed (HMAC-${hash}).`;
    };

    const date = seconds => {
        const day = new Date(Number(seconds) * 1000);
        return Number.isNaN(day.getTime()) ? seconds : `${day.toISOString().replace("T", " ").replace("Z", " UTC")} (${seconds})`;
    };

    const form = document.getElementById("decode");
    if (form) {
        const part = name => document.getElementById("decode-" + name);
        const showDate = (name, seconds) => {
            const place = part(name).parentElement;
            place.hidden = seconds === undefined;
            place.previousElementSibling.hidden = place.hidden;
            part(name).textContent = place.hidden ? "" : date(seconds);
        };
        const show = async () => {
            const secret = part("secret").value;
            const { parts, problem } = find(part("cookie").value);
            part("parts").hidden = !parts;
            part("cookie").setAttribute("aria-invalid", String(!parts));
            part("result").value = "";
            if (!parts) {
                part("result").value = problem;
                return;
            }
            part("signature").textContent = Array.from(parts.signature, octet => octet.toString(16).padStart(2, "0")).join("");
            showDate("accessed", parts.accessed);
            showDate("created", parts.created);
            part("state").textContent = parts.state;
            const said = await verdict(parts, secret);
            part("result").value = `${parts.kind}, ${parts.octets} octets: ${parts.signature.length} of signature, ${parts.json.length} of JSON. ${said}`;
        };
        form.addEventListener("submit", event => {
            event.preventDefault();
            show();
        });
        part("example").addEventListener("click", () => {
            part("cookie").value = EXAMPLE;
            show();
        });
        // mdBook turns pages with the arrow keys and searches with s, also while somebody types.
        form.addEventListener("keydown", event => event.stopPropagation());
        form.hidden = false;
    }
}
