"""A certificate authority for one test, made with openssl: a broker's certificate and a client's."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest


class Authority:
    """`ca`, and pairs (certificate, key) signed by it."""

    def __init__(self, folder: Path) -> None:
        program = shutil.which("openssl")
        if program is None:
            reason = "openssl is not installed: certificates for the TLS tests cannot be made"
            if os.environ.get("CI"):
                pytest.fail(reason)
            pytest.skip(reason)
        self._openssl = program
        self._folder = folder
        folder.mkdir()
        self.ca = folder / "ca.pem"
        self._ca_key = folder / "ca.key"
        self._run(
            *("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"),
            *("-subj", "/CN=test authority", "-addext", "keyUsage=critical,keyCertSign,cRLSign"),
            *("-keyout", str(self._ca_key), "-out", str(self.ca)),
        )

    def issue(self, name: str, *, address: str = "127.0.0.1") -> tuple[Path, Path]:
        """A certificate and its key for this common name and IP address."""
        certificate, key, request = (self._folder / f"{name}.{ending}" for ending in ("pem", "key", "csr"))
        extensions = self._folder / f"{name}.ext"
        extensions.write_text(f"subjectAltName=IP:{address}\n")
        self._run(
            *("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={name}"),
            *("-keyout", str(key), "-out", str(request)),
        )
        self._run(
            *("x509", "-req", "-in", str(request), "-CA", str(self.ca), "-CAkey", str(self._ca_key), "-days", "2"),
            *("-set_serial", str(abs(hash(name)) % 10**9), "-extfile", str(extensions), "-out", str(certificate)),
        )
        return certificate, key

    def _run(self, *arguments: str) -> None:
        subprocess.run([self._openssl, *arguments], check=True, capture_output=True, timeout=60)
