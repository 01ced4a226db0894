/* How many signatures a second the OpenSSL gost engine makes with a key:
   engine_sign KEY.pem DIGEST_SIZE. One process, one thread, a fifth of a second. */
#include <openssl/engine.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double now(void) {
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

int main(int argc, char **argv) {
	unsigned char digest[64] = {1}, signature[256];
	FILE *file = argc == 3 ? fopen(argv[1], "r") : NULL;
	ENGINE_load_dynamic();
	ENGINE *engine = ENGINE_by_id("gost");
	if (!file || !engine || !ENGINE_init(engine) || !ENGINE_set_default(engine, ENGINE_METHOD_ALL))
		return 1;
	EVP_PKEY *key = PEM_read_PrivateKey(file, NULL, NULL, NULL);
	if (!key)
		return 1;
	double start = now();
	long n = 0;
	for (; now() - start < 0.2; n++) {
		size_t length = sizeof signature;
		EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(key, NULL);
		digest[1] = n;
		digest[2] = n >> 8;
		if (EVP_PKEY_sign_init(context) <= 0 || EVP_PKEY_sign(context, signature, &length, digest, atoi(argv[2])) <= 0)
			return 1;
		EVP_PKEY_CTX_free(context);
	}
	printf("%f\n", n / (now() - start));
	return 0;
}
